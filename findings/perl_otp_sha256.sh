#!/usr/bin/env bash
# Debian 12: libpass-otp-perl 1.5, beside oathtool 2.6.7.
#
# For an otpauth URI with algorithm=SHA256 or SHA512, in capitals as the format
# spells it, Pass::OTP makes the SHA-1 code, without a warning. With sha256 in
# small letters it does what the URI says; with sha512 it makes a third code that
# nobody else makes, since its HMAC has the block of SHA-1 and SHA-256 (64 bytes)
# where SHA-512 has one of 128. period and digits are honoured in any case, so
# the code looks right.
#
# One would guess that a parser of these URIs knows the spelling of the format,
# or refuses a name that it does not know, and that whatever algorithm is taken
# gives the code of RFC 6238.
#
# Needs apt-get and perl.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
(
  cd "$dir"
  apt-get download libpass-otp-perl=1.5-2 libconvert-base32-perl libdigest-hmac-perl \
    oathtool=2.6.7-3.1+deb12u1 liboath0=2.6.7-3.1+deb12u1
  for package in *.deb; do dpkg -x "$package" debian; done
) > "$dir/log" 2>&1

secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP
now=1111111109
perl_code() { # PARAMETER
  PERL5LIB=$dir/debian/usr/share/perl5 perl -MPass::OTP=otp -MPass::OTP::URI=parse \
    -e 'print otp(parse($ARGV[0]), now => $ARGV[1])' \
    "otpauth://totp/AWS:alice?secret=$secret&issuer=AWS&$1" "$now"
}
oathtool_code() { # ALGORITHM
  LD_LIBRARY_PATH=$(echo "$dir"/debian/usr/lib/*-linux-gnu*) \
    "$dir/debian/usr/bin/oathtool" "--totp=$1" -b "$secret" -N "@$now"
}

saw=$(
  for name in sha1 sha256 sha512; do
    echo "$name: URI in capitals $(perl_code "algorithm=${name^^}"), in small letters" \
      "$(perl_code "algorithm=$name"), oathtool $(oathtool_code $name)"
  done
)
echo "$saw"
[ "$saw" = "sha1: URI in capitals 088309, in small letters 088309, oathtool 088309
sha256: URI in capitals 088309, in small letters 944326, oathtool 944326
sha512: URI in capitals 088309, in small letters 051105, oathtool 335612" ]
