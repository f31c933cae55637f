#!/bin/sh
# What the tests catch of small wrong things in the room that reckons: mutmut, as [tool.mutmut] of
# pyproject.toml says. It knows packages below src/ alone, and works in the folder it is called in.
# Argument: the folder of its program. `cd _build/mutation && mutmut show NAME` shows a survivor.
set -eu
place=_build/mutation
rm -rf "$place"
mkdir -p "$place"
ln -s ../../lib "$place/src"
for name in tests data pyproject.toml; do
    ln -s "../../$name" "$place/$name"
done
cd "$place"
"$1/mutmut" run
"$1/mutmut" results
