#!/bin/sh
# Asks the store for the number of this visit. STORE comes from the pod; its name is resolved by the cluster's DNS.
# (A plain nc, because the wget of a static busybox needs libraries for looking up services that this image lacks.)
printf 'Content-Type: text/plain\r\n\r\n'
request='GET /cgi-bin/count.cgi HTTP/1.0\r\nHost: store\r\n\r\n'
visits=$(printf "$request" | nc -w 5 "${STORE:-store}" 80 | sed '1,/^\r*$/d')
printf '%s from %s: visit %s\n' "${GREETING:-Hello}" "$(hostname)" "${visits:-unknown, the store does not answer}"
