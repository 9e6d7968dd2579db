package sandbox

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// Who the house is to the sandbox.
const (
	Merchant       = "1900000001"         // the partner's number
	App            = "wx5a4db0c0de000001" // its app
	merchantSerial = "6A11CE5A4DB0C0DE"
)

// keyBits is the size of every key: the protocol says RSA2048.
const keyBits = 2048

// platform is one of the provider's keys with its certificate.
type platform struct {
	serial      string
	key         *rsa.PrivateKey
	cert        []byte // PEM
	from, until time.Time
}

// credentials are all keys of a sandbox; the house is given its part.
type credentials struct {
	seed      [32]byte // of codes
	secret    string   // the APIv3 key
	merchant  *rsa.PrivateKey
	platforms []platform // the latest signs
}

// Credentials are what the house needs to speak with the sandbox.
type Credentials struct {
	Merchant, App, Serial, Secret string
	Key                           *rsa.PrivateKey
}

// Credentials hands them out, as WeChat does when an account is opened.
func (s *Server) Credentials() (Credentials, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.draw()
	return Credentials{Merchant, App, merchantSerial, s.keys.secret, s.keys.merchant}, err
}

// draw makes the keys at first need: who takes Direct needs none. The lock is held.
func (s *Server) draw() (err error) {
	if s.keys.merchant != nil {
		return nil
	}
	seed := s.keys.seed
	if s.keys, err = s.newCredentials(); err != nil {
		return err
	}
	s.keys.seed = seed
	return s.journal.keys(&s.keys)
}

// newCredentials draws all keys.
func (s *Server) newCredentials() (c credentials, err error) {
	var word [16]byte
	if _, err = io.ReadFull(s.o.Random, word[:]); err != nil {
		return c, err
	}
	c.secret = hex.EncodeToString(word[:])
	if c.merchant, err = rsa.GenerateKey(s.o.Random, keyBits); err != nil {
		return c, err
	}
	p, err := s.newPlatform(1)
	c.platforms = []platform{p}
	return c, err
}

// newPlatform is the provider's n-th key.
func (s *Server) newPlatform(n int64) (p platform, err error) {
	if p.key, err = rsa.GenerateKey(s.o.Random, keyBits); err != nil {
		return p, err
	}
	p.from = s.clock.Now().Add(-time.Hour).Truncate(time.Second)
	p.until = p.from.AddDate(5, 0, 0)
	serial := new(big.Int).Add(big.NewInt(0x5A4DB0C0DE0000), big.NewInt(n))
	p.serial = fmt.Sprintf("%X", serial)
	t := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "Gongyi practice"}, NotBefore: p.from, NotAfter: p.until}
	der, err := x509.CreateCertificate(s.o.Random, t, t, &p.key.PublicKey, p.key)
	p.cert = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return p, err
}

// Rotate makes the provider sign with a new key. Its certificates list the old one too.
func (s *Server) Rotate() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.draw(); err != nil {
		return err
	}
	p, err := s.newPlatform(int64(len(s.keys.platforms) + 1))
	if err != nil {
		return err
	}
	s.keys.platforms = append(s.keys.platforms, p)
	return s.journal.keys(&s.keys)
}

// signer is the key that signs now, and what goes wrong with it.
func (s *Server) signer() (p platform, f Faults, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err = s.draw(); err == nil {
		p = s.keys.platforms[len(s.keys.platforms)-1]
	}
	return p, s.faults, err
}

// sign puts the provider's seal into the headers of an answer or a call-back.
func (s *Server) sign(h http.Header, body []byte, f Fate) error {
	p, faults, err := s.signer()
	if err != nil {
		return err
	}
	var word [16]byte
	if _, err := io.ReadFull(s.o.Random, word[:]); err != nil {
		return err
	}
	at, nonce := strconv.FormatInt(s.clock.Now().Add(faults.Clock).Unix(), 10), hex.EncodeToString(word[:])
	key, serial := p.key, p.serial
	switch f {
	case Unsigned:
		return nil
	case WrongSerial:
		serial = "0BADBADBAD"
	case WrongKey:
		c, err := s.Credentials()
		if err != nil {
			return err
		}
		key = c.Key
	}
	sum := sha256.Sum256([]byte(at + "\n" + nonce + "\n" + string(body) + "\n"))
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		return err
	}
	h.Set("Wechatpay-Serial", serial)
	h.Set("Wechatpay-Signature", base64.StdEncoding.EncodeToString(sig))
	h.Set("Wechatpay-Timestamp", at)
	h.Set("Wechatpay-Nonce", nonce)
	h.Set("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048")
	return nil
}

// seal encrypts for the merchant.
func (s *Server) seal(clear []byte, associated string) (map[string]string, error) {
	c, err := s.Credentials()
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher([]byte(c.Secret))
	if err != nil {
		return nil, err
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	var word [6]byte
	if _, err := io.ReadFull(s.o.Random, word[:]); err != nil {
		return nil, err
	}
	nonce := hex.EncodeToString(word[:])
	return map[string]string{
		"algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "associated_data": associated,
		"ciphertext": base64.StdEncoding.EncodeToString(box.Seal(nil, []byte(nonce), clear, []byte(associated))),
	}, nil
}

// reveal reads a name that was encrypted for the provider.
func (s *Server) reveal(r *http.Request, text string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.keys.platforms {
		if p.serial == r.Header.Get("Wechatpay-Serial") {
			clear, err := rsa.DecryptOAEP(sha1.New(), nil, p.key, b, nil)
			return string(clear), err
		}
	}
	return "", errors.New("encrypted for nobody")
}

// authorized matches what a merchant signs its requests with.
var authorized = regexp.MustCompile(`^WECHATPAY2-SHA256-RSA2048 mchid="([0-9]+)",nonce_str="([0-9A-Za-z]{16,32})",signature="([0-9A-Za-z+/=]+)",timestamp="([0-9]+)",serial_no="([0-9A-F]+)"$`)

// authorize says whether the house asked this, and now.
func (s *Server) authorize(r *http.Request, body []byte) error {
	m := authorized.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil || m[1] != Merchant || m[5] != merchantSerial {
		return errors.New("no such merchant or certificate")
	}
	at, err := strconv.ParseInt(m[4], 10, 64)
	if away := s.clock.Now().Sub(time.Unix(at, 0)); err != nil || away > 5*time.Minute || away < -5*time.Minute {
		return errors.New("the time is off")
	}
	sig, err := base64.StdEncoding.DecodeString(m[3])
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(r.Method + "\n" + r.URL.RequestURI() + "\n" + m[4] + "\n" + m[2] + "\n" + string(body) + "\n"))
	c, err := s.Credentials()
	if err != nil {
		return err
	}
	return rsa.VerifyPKCS1v15(&c.Key.PublicKey, crypto.SHA256, sum[:], sig)
}

// rfc is a time as the protocol writes it.
func rfc(at time.Time) string { return at.In(china).Format(time.RFC3339) }
