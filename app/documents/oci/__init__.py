"""SAP's Open Catalog Interface 4.0 and 5.0: a basket as fields of an HTML form."""
