"""From the bytes of a picture file to upright, opaque pixels of 8 bits."""
