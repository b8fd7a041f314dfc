#!/bin/sh
# Asks the store for the number of this visit. STORE_URL comes from the pod; the name in it is resolved by the cluster's DNS.
printf 'Content-Type: text/plain\r\n\r\n'
visits=$(wget -q -T 5 -O - "${STORE_URL:-http://store}/cgi-bin/count.cgi") || visits='unknown: the store does not answer'
printf '%s from %s: visit %s\n' "${GREETING:-Hello}" "$(hostname)" "$visits"
