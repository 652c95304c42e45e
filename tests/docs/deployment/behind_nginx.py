"""What the tests of nginx share: a certificate for this machine, and clients that trust it."""

import os
import shutil
import ssl
from pathlib import Path

import pytest
import trustme


AUTHORITY = trustme.CA()


def trusting() -> ssl.SSLContext:
    """Return what a client needs that trusts our authority."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def need(program: str) -> None:
    """Skip the test where a program is missing (fail, if this is CI)."""
    if shutil.which(program) is None:
        reason = f"{program} is not installed."
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


def write_certificate(folder: Path) -> Path:
    """Write `chain.pem` and `key.pem`, a certificate for this machine, and return the folder."""
    certificate = AUTHORITY.issue_cert("127.0.0.1")
    certificate.cert_chain_pems[0].write_to_path(folder / "chain.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    return folder
