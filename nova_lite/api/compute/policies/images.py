"""Rules about the image proxy: those of the image service, which asks the same of whoever comes to it directly."""

LIST = "get_images"
MODIFY = "modify_image"
DELETE = "delete_image"
