"""Calendar files: read by ten different programs, so the bytes are ours to the last one."""
