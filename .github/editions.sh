#!/bin/sh
# The released editions on the forge: an archive and its sum each, as assets of the release
# edition-NAME. An edition that is left out is a citation that leads nowhere, so that each step fails
# where one is missing or not what was released. Needs gh (GH_TOKEN) and an installed cqbook.
#
#   fetch         all of them into editions/, before a build, which compares with the one before
#   publish DIR   latest and all of them, laid out to be served
#   release NAME  the edition built last, as a release of the forge; an existing one never changes
set -eu
cqbook=${CQBOOK:-.venv/bin/cqbook}
archives=_build/archives
tags=_build/archives/tags
most=1000

list() {
  gh release list --limit "$most" --exclude-drafts --json tagName \
    --jq '.[].tagName | select(startswith("edition-"))'
}

case "$1" in
fetch)
  rm -rf "$archives"
  mkdir -p "$archives"
  list > "$tags"
  if [ "$(wc -l < "$tags")" -ge "$most" ]; then
    echo "发布太多，一次列不全 | more releases than are listed at once" >&2
    exit 1
  fi
  while read -r tag; do
    gh release download "$tag" --dir "$archives" --pattern "$tag.zip" --pattern "$tag.zip.sha256"
    (cd "$archives" && sha256sum --check --quiet "$tag.zip.sha256")
    $cqbook restore "$archives/$tag.zip"
  done < "$tags"
  ;;
publish)
  $cqbook publish "$2"
  while read -r tag; do
    if [ ! -f "$2/v/${tag#edition-}/index.html" ]; then
      echo "缺版次 ${tag#edition-}，不发布 | edition ${tag#edition-} is missing: not published" >&2
      exit 1
    fi
  done < "$tags"
  ;;
release)
  $cqbook release "$2"
  $cqbook archive "$2" -o "$archives/new"
  gh release create "edition-$2" --title "版次 $2" --notes "版次 $2，一经发布不再改变。" \
    "$archives/new/edition-$2.zip" "$archives/new/edition-$2.zip.sha256"
  ;;
*)
  echo "fetch, publish DIR, release NAME" >&2
  exit 2
  ;;
esac
