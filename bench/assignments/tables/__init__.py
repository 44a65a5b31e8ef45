"""Tables of the lectures: a file each, with `Wanted` (what an assignment file may ask for) and `fill`."""
