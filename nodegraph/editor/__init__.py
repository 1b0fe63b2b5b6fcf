"""The editor: a compositor's hands on the graph."""
