"""What the model may know at a moment: everything before it, as plain arrays."""
