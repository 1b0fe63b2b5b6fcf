"""Swap models from files: how each kind is fed, which kind a file is, and one class that runs them all."""
