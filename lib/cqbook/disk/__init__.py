"""Files and folders: written whole or not at all, locked, hashed, opened without trust."""
