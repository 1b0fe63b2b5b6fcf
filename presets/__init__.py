"""The presets that come with the program: data only; found through an entry point."""
