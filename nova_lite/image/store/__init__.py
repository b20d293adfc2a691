"""Where the data of images are kept. ``base`` says what a store owes."""
