"""Native file formats, one file each."""
