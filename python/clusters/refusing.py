"""What cannot work on a cluster: refused in words before anything is queued, or told as the state and reason that it is."""

def tried(options):
    return "", True
