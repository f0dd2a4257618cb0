"""The explorer: claims, cube and run of a study as one HTML page that needs no network."""
