#!/bin/sh
# Make sure that Java is here for the test of Spark; install it where this machine lets us.
set -u
if command -v java >/dev/null 2>&1; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "安装 Java…… | installing Java ..."
    apt-get update -qq >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null 2>&1
fi
if ! command -v java >/dev/null 2>&1; then
    echo "没有 Java，也不能在这里安装 | no Java, and it cannot be installed here"
    exit 1
fi
