"""Reading returned workbooks on a Dask cluster, and files that lie behind URLs (the extra `cluster`)."""
