"""A model is learned: questions, augmentation, settings, the loop, and its early scoring."""
