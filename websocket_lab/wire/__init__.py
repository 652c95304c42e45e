"""The bytes on the wire: decoders that never give up, a recorder, and the tap between clients and server."""
