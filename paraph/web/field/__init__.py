"""The technician's face: an app in the browser that works without network (S1-34, S1-35)."""
