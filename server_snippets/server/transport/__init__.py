"""The bytes on the wire: uvicorn's protocols with limits, frames, and backpressure."""
