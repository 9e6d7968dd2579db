package wechatpay

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/platform/pay"
)

// scheme is the one way to sign that is spoken here.
const scheme = "WECHATPAY2-SHA256-RSA2048"

// skew is how far a signed message's time may lie from ours; what is older was
// perhaps recorded and is played again.
const skew = 5 * time.Minute

// sign is the merchant's signature under lines, each ended by a line feed.
func (c *Client) sign(lines ...string) (string, error) {
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n") + "\n"))
	sig, err := rsa.SignPKCS1v15(nil, c.s.Key, crypto.SHA256, sum[:]) // PKCS #1 v1.5 needs no chance
	return base64.StdEncoding.EncodeToString(sig), err
}

// nonce is a word that is said once.
func (c *Client) nonce() (string, error) {
	var b [16]byte
	_, err := io.ReadFull(c.random, b[:])
	return hex.EncodeToString(b[:]), err
}

// authorization is the header that says who asks; target is path and query.
func (c *Client) authorization(method, target string, body []byte) (string, error) {
	nonce, err := c.nonce()
	if err != nil {
		return "", err
	}
	at := strconv.FormatInt(c.clock.Now().Unix(), 10)
	signature, err := c.sign(method, target, at, nonce, string(body))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`%s mchid="%s",nonce_str="%s",signature="%s",timestamp="%s",serial_no="%s"`, scheme, c.s.Merchant, nonce, signature, at, c.s.Serial), nil
}

// handOver signs what a page hands to WeChat to pay what was prepared.
func (c *Client) handOver(prepared string) (map[string]string, error) {
	nonce, err := c.nonce()
	if err != nil {
		return nil, err
	}
	at, what := strconv.FormatInt(c.clock.Now().Unix(), 10), "prepay_id="+prepared
	signature, err := c.sign(c.s.App, at, nonce, what)
	if err != nil {
		return nil, err
	}
	return map[string]string{"appId": c.s.App, "timeStamp": at, "nonceStr": nonce, "package": what, "signType": "RSA", "paySign": signature}, nil
}

// seal are the headers under which WeChat signs an answer or a call-back.
type seal struct{ serial, signature, at, nonce, kind string }

func sealOf(h http.Header) seal {
	return seal{h.Get("Wechatpay-Serial"), h.Get("Wechatpay-Signature"), h.Get("Wechatpay-Timestamp"), h.Get("Wechatpay-Nonce"), h.Get("Wechatpay-Signature-Type")}
}

func (s seal) none() bool { return s.signature == "" && s.serial == "" }

// check says whether body bears the seal of who holds the key, and recently.
func (s seal) check(key *rsa.PublicKey, body []byte, now time.Time) error {
	if s.kind != "" && s.kind != scheme {
		return fmt.Errorf("%w: signed by %s", pay.ErrForged, s.kind)
	}
	sig, err := base64.StdEncoding.DecodeString(s.signature)
	if err != nil {
		return fmt.Errorf("%w: not base64", pay.ErrForged)
	}
	sum := sha256.Sum256([]byte(s.at + "\n" + s.nonce + "\n" + string(body) + "\n"))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig) != nil {
		return pay.ErrForged
	}
	at, err := strconv.ParseInt(s.at, 10, 64)
	if err != nil {
		return fmt.Errorf("%w: the time %q", pay.ErrForged, s.at)
	}
	if away := now.Sub(time.Unix(at, 0)); away > skew || away < -skew {
		return fmt.Errorf("%w: signed %s away from now", pay.ErrForged, away)
	}
	return nil
}

// sealed is what WeChat encrypts with the APIv3 key.
type sealed struct {
	Algorithm  string `json:"algorithm"`
	Nonce      string `json:"nonce"`
	Associated string `json:"associated_data"`
	Ciphertext string `json:"ciphertext"`
	Original   string `json:"original_type"`
}

var errSealed = errors.New("wechatpay: it cannot be decrypted with our key")

// open decrypts what was sealed for this merchant.
func (c *Client) open(x sealed) ([]byte, error) {
	if x.Algorithm != "AEAD_AES_256_GCM" {
		return nil, fmt.Errorf("%w: %s", errSealed, x.Algorithm)
	}
	text, err := base64.StdEncoding.DecodeString(x.Ciphertext)
	if err != nil {
		return nil, errSealed
	}
	block, err := aes.NewCipher([]byte(c.s.Secret))
	if err != nil {
		return nil, err
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	if len(x.Nonce) != box.NonceSize() {
		return nil, errSealed
	}
	clear, err := box.Open(nil, []byte(x.Nonce), text, []byte(x.Associated))
	if err != nil {
		return nil, errSealed
	}
	return clear, nil
}

// conceal encrypts a person's or a merchant's name for WeChat alone.
func conceal(key *rsa.PublicKey, text string) (string, error) {
	b, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, key, []byte(text), nil) // OAEP with SHA-1 is what WeChat reads
	return base64.StdEncoding.EncodeToString(b), err
}
