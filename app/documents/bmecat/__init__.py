"""BMEcat 1.2 and 2005: catalogues of any size, read and written part by part."""
