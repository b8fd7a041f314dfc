#!/bin/sh
# Adds one to a number in a file and prints it. The directory is the lock: only one can make it.
printf 'Content-Type: text/plain\r\n\r\n'
until mkdir /data/lock 2>/dev/null; do usleep 1000; done
count=$(($(cat /data/count 2>/dev/null || echo 0) + 1))
echo "$count" >/data/count
rmdir /data/lock
echo "$count"
