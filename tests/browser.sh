#!/bin/sh
# Make sure that a real Chromium and a Chinese font are here for the site tests; install them where
# this machine lets us, say so where it does not (the site tests are then skipped by name).
set -u
have_font() { fc-list :lang=zh-cn 2>/dev/null | grep -q .; }
if command -v chromium >/dev/null 2>&1 && have_font; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "安装 Chromium 和中文字体…… | installing Chromium and a Chinese font ..."
    if apt-get update -qq >/dev/null 2>&1 &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            chromium fonts-noto-cjk fontconfig >/dev/null 2>&1; then
        exit 0
    fi
fi
echo "没有 Chromium 或中文字体，也不能在这里安装；需要浏览器的测试将逐个跳过。"
echo "No Chromium or Chinese font, and they cannot be installed here: site tests will be skipped by name."
exit 0
