"""The kernels' settings in the course's environment."""

# IPython defines get_config where it loads this file.
c = get_config()  # noqa: F821

# Else each kernel begins with a warning of eavesdroppers, in the terminal in which a newcomer has started the
# course. What a kernel sends stays on this machine.
c.IPKernelApp.log_level = "ERROR"
