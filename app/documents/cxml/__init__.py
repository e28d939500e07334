"""cXML 1.2: the envelope and what the documents share. The DTD a file names is never loaded."""
