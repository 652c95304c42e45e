"""The server's code, step by step: each module is complete and runs with uvicorn."""
