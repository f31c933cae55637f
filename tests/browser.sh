#!/bin/sh
# Make sure that a real Chromium and a Chinese font are here for the site tests; install them where
# this machine lets us, say so where it does not (the site tests are then skipped by name). With the
# word "all" Firefox and WebKit too, for tests/test_browsers.py.
set -u
have_browser() {
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
        command -v google-chrome >/dev/null 2>&1
}
have_font() { fc-list :lang=zh-cn 2>/dev/null | grep -q .; }
install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1; }

have() { command -v "$1" >/dev/null 2>&1; }
others() {
    [ "${1:-}" = all ] || return 0
    if have apt-get && [ "$(id -u)" = 0 ]; then
        have WebKitWebDriver && have Xvfb || apt-get update -qq >/dev/null 2>&1
        have firefox-esr || have firefox || install firefox-esr
        have WebKitWebDriver || install webkit2gtk-driver
        have Xvfb || install xvfb
    fi
    have firefox-esr || have firefox || echo "没有 Firefox，它的测试将跳过 | no Firefox: its tests are skipped"
    have WebKitWebDriver && have Xvfb || echo "没有 WebKit，它的测试将跳过 | no WebKit: its tests are skipped"
}

if have_browser && have_font; then
    others "$@"
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "安装 Chromium 和中文字体…… | installing Chromium and a Chinese font ..."
    apt-get update -qq >/dev/null 2>&1
    have_font || install fontconfig fonts-noto-cjk
    have_browser || install chromium
fi
if ! have_browser; then
    echo "没有 Chromium，也不能在这里安装；需要浏览器的测试将逐个跳过。"
    echo "No Chromium, and it cannot be installed here: site tests will be skipped by name."
elif ! have_font; then
    echo "没有中文字体，也不能在这里安装；截图中的中文会是方框。"
    echo "No Chinese font, and it cannot be installed here: Chinese will show as boxes."
fi
others "$@"
exit 0
