"""Project histories on paper: hundreds of them, honest or with one anomaly planted."""
