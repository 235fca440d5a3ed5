"""Reports: findings as a document, rendered from one model to the formats that people and programs read."""
