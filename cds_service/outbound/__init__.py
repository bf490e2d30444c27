"""What the service asks of others: the EHR's FHIR server and its public keys. Nothing else opens a connection to anywhere."""
