package pay_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"testing"

	"gongyi/internal/platform/pay"
)

func TestKeysAreReadAsTheyAreHandedOut(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(key)
	public, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
	for kind, der := range map[string][]byte{"PRIVATE KEY": pkcs8, "RSA PRIVATE KEY": x509.MarshalPKCS1PrivateKey(key)} {
		if got, err := pay.ParsePrivateKey(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})); err != nil || !got.Equal(key) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if got, err := pay.ParsePublicKey(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})); err != nil || !got.Equal(&key.PublicKey) {
		t.Error(err)
	}
	if got, err := pay.ParsePrivateKey([]byte(base64.StdEncoding.EncodeToString(pkcs8) + "\n")); err != nil || !got.Equal(key) {
		t.Errorf("bare: %v", err)
	}
	if got, err := pay.ParsePublicKey([]byte(base64.StdEncoding.EncodeToString(public))); err != nil || !got.Equal(&key.PublicKey) {
		t.Errorf("bare: %v", err)
	}
	for _, text := range []string{"", "AAAA", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		if _, err := pay.ParsePrivateKey([]byte(text)); err == nil {
			t.Errorf("%q is a key", text)
		}
		if _, err := pay.ParsePublicKey([]byte(text)); err == nil {
			t.Errorf("%q is a key", text)
		}
	}
}
