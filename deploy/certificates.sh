#!/usr/bin/env bash
# Makes an authority and certificates for a server and a client, to try mutual TLS: deploy/certificates.sh FOLDER [NAME…]
# NAMEs are the names that clients use for the server (default: server localhost). Makes new ones each time; needs openssl.
set -euo pipefail
folder=${1:?usage: deploy/certificates.sh FOLDER [NAME…]}
shift
(($#)) || set -- server localhost
umask 077
mkdir -p "$folder/authority" "$folder/server" "$folder/client"
cd "$folder"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=lenet authority" \
  -keyout authority/authority.key -out authority/authority.pem 2>/dev/null

issue() { # FOLDER EXTENSIONS
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
    -keyout "$1/$1.key.new" -out "$1/$1.request" 2>/dev/null
  openssl x509 -req -in "$1/$1.request" -CA authority/authority.pem -CAkey authority/authority.key -CAcreateserial \
    -days 90 -extfile <(printf '%s\n' "$2") -out "$1/$1.pem.new" 2>/dev/null
  rm "$1/$1.request"
  cp authority/authority.pem "$1/authority.pem"
  mv "$1/$1.key.new" "$1/$1.key"
  mv "$1/$1.pem.new" "$1/$1.pem"
}
names=$(printf ',DNS:%s' "$@")
issue server "subjectAltName=${names#,}
extendedKeyUsage=serverAuth"
issue client "extendedKeyUsage=clientAuth"

# The containers' user, 10001, must be able to read them: make it the owner if permitted.
if [[ $(id -u) == 0 ]]; then chown -R 10001 server client; fi
echo "made $folder/server and $folder/client; keep $folder/authority away from both machines"
