"""JupyterLab's settings in the course's environment, however JupyterLab is started there."""

import os
import sys
from pathlib import Path


# Jupyter defines get_config where it loads this file.
c = get_config()  # noqa: F821

c.LabApp.news_url = None
c.LabApp.extension_manager = "readonly"

# The layout seen first: the first notebook with its table of contents. JupyterLab keeps later layouts there.
# On JupyterHub many people may share this environment, so each person's layouts stay in their home folder.
if "JUPYTERHUB_USER" not in os.environ:
    c.LabApp.workspaces_dir = str(Path(sys.prefix, "share", "websocket-lab", "workspaces"))
