package pay

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
)

var errNoKey = errors.New("pay: neither PEM nor base64 of a key of RSA")

// der is what lies in a key file: PEM as WeChat Pay hands it out, or the bare base64 of
// Alipay's tools.
func der(text []byte) ([]byte, error) {
	if block, _ := pem.Decode(text); block != nil {
		return block.Bytes, nil
	}
	b, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(text)))
	if err != nil || len(b) == 0 {
		return nil, errNoKey
	}
	return b, nil
}

// ParsePrivateKey reads a merchant's private key: PKCS #8 or PKCS #1.
func ParsePrivateKey(text []byte) (*rsa.PrivateKey, error) {
	b, err := der(text)
	if err != nil {
		return nil, err
	}
	if key, err := x509.ParsePKCS1PrivateKey(b); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(b)
	if err != nil {
		return nil, errNoKey
	}
	if k, ok := key.(*rsa.PrivateKey); ok {
		return k, nil
	}
	return nil, errNoKey
}

// ParsePublicKey reads a provider's public key.
func ParsePublicKey(text []byte) (*rsa.PublicKey, error) {
	b, err := der(text)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKIXPublicKey(b)
	if err != nil {
		return nil, errNoKey
	}
	if k, ok := key.(*rsa.PublicKey); ok {
		return k, nil
	}
	return nil, errNoKey
}
