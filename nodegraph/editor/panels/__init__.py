"""The panels without their window: fields, keys and curves, search, files, recovery and the render queue."""
