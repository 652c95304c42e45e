"""What is pinned can be installed without a compiler, and what cannot is told in a sentence."""

from typing import Any

from authoring.lock import MACHINES, SYSTEMS, Machine, sentence, without_wheel


LINUX, INTEL_MAC = (Machine(SYSTEMS[index], "3.15") for index in (0, 3))


def locked(*tags: str, marker: str = "") -> dict[str, Any]:
    """Return a package as it is locked: with a wheel for each of the tags, and a marker if it has one."""
    wheels = [{"url": f"somewhere/spam-1.0-{tag}.whl"} for tag in tags]
    return {"name": "spam", "version": "1.0", "wheels": wheels, **({"marker": marker} if marker else {})}


def places(*packages: dict[str, Any]) -> set[str]:
    """Return the machines that would have to build something."""
    return {str(machine) for machines in without_wheel(packages).values() for machine in machines}


def test_a_wheel_of_pure_python_suits_every_machine() -> None:
    assert places(locked("py3-none-any")) == set()


def test_a_wheel_for_the_stable_abi_suits_newer_pythons_on_its_system() -> None:
    assert places(locked("cp311-abi3-macosx_10_12_x86_64")) == {
        str(machine) for machine in MACHINES if machine.system != INTEL_MAC.system
    }


def test_a_python_without_a_wheel_of_its_own_is_found() -> None:
    wheels = [f"cp{minor}-cp{minor}-manylinux_2_28_x86_64" for minor in (311, 312, 313, 314)]
    assert str(LINUX) in places(locked(*wheels))
    assert "Linux x64 with Python 3.14" not in places(locked(*wheels))


def test_a_wheel_for_a_newer_glibc_does_not_count() -> None:
    assert str(LINUX) in places(locked("cp315-cp315-manylinux_2_39_x86_64"))


def test_only_machines_that_need_a_package_count() -> None:
    assert places(locked(marker="sys_platform == 'win32'")) == {
        f"Windows x64 with Python 3.{minor}" for minor in range(11, 16)
    }


def test_what_has_to_be_built_is_a_sentence() -> None:
    assert sentence("spam==1.0", [LINUX, INTEL_MAC]).startswith(
        "spam==1.0 has no wheel for Linux x64 with Python 3.15, macOS x64 with Python 3.15: there, pip builds"
    )
