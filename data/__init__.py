"""Experience becoming data (simulate, recordings, runs on disk), and the numbers of others."""

if __name__ != "fastslow.data":
    raise ImportError("import fastslow.data, not data: start Python outside the checkout")
