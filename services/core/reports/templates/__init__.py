"""Templates of reports: which parts they have, in whose words and in what looks."""
