"""The wire tap: what crosses between client and server, as a sequence diagram, and faults on demand."""
