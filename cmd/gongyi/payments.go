package main

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"gongyi/internal/app"
	"gongyi/internal/platform/pay/wechatpay"
)

// payments is the account with a licensed payment provider (docs/operations.md). Keys
// stand in files, where no list of processes shows them.
type payments struct {
	Merchant    string `help:"Merchant number with WeChat Pay (with sub-merchants: the service provider's)." env:"GONGYI_WECHATPAY_MERCHANT" name:"wechatpay-merchant" placeholder:"MCHID" group:"Payments"`
	App         string `help:"App id that is bound to it." env:"GONGYI_WECHATPAY_APP" name:"wechatpay-app" placeholder:"APPID" group:"Payments"`
	Serial      string `help:"Serial number of the merchant's certificate." env:"GONGYI_WECHATPAY_SERIAL" name:"wechatpay-serial" group:"Payments"`
	KeyFile     string `help:"File with the merchant's private key (PEM)." env:"GONGYI_WECHATPAY_KEY_FILE" name:"wechatpay-key-file" type:"existingfile" group:"Payments"`
	SecretFile  string `help:"File with the APIv3 key, 32 letters." env:"GONGYI_WECHATPAY_SECRET_FILE" name:"wechatpay-secret-file" type:"existingfile" group:"Payments"`
	PublicID    string `help:"Id of WeChat Pay's public key, PUB_KEY_ID_…; without it its certificates are fetched." env:"GONGYI_WECHATPAY_PUBLIC_KEY_ID" name:"wechatpay-public-key-id" group:"Payments"`
	PublicFile  string `help:"File with that public key (PEM)." env:"GONGYI_WECHATPAY_PUBLIC_KEY_FILE" name:"wechatpay-public-key-file" type:"existingfile" group:"Payments"`
	PractisePay bool   `help:"Take payments through a sandbox in this program: no money moves." env:"GONGYI_PRACTISE_PAYMENTS" name:"practise-payments" group:"Payments"`
}

// into puts what is set up into the configuration.
func (p *payments) into(c *app.Config) error {
	c.Practice = p.PractisePay
	given := 0
	for _, v := range []string{p.Merchant, p.App, p.Serial, p.KeyFile, p.SecretFile} {
		if v != "" {
			given++
		}
	}
	switch {
	case given == 0:
		return nil
	case given < 5:
		return errors.New("--wechatpay-merchant, -app, -serial, -key-file and -secret-file go together")
	case p.PractisePay:
		return errors.New("--practise-payments and --wechatpay-merchant exclude each other")
	case (p.PublicID == "") != (p.PublicFile == ""):
		return errors.New("--wechatpay-public-key-id and --wechatpay-public-key-file go together")
	}
	s := &wechatpay.Settings{Merchant: p.Merchant, App: p.App, Serial: p.Serial, PlatformID: p.PublicID}
	key, err := pemIn(p.KeyFile, x509.ParsePKCS8PrivateKey)
	if err != nil {
		return err
	}
	var ok bool
	if s.Key, ok = key.(*rsa.PrivateKey); !ok {
		return fmt.Errorf("%s is no RSA key", p.KeyFile)
	}
	if s.Secret, err = secretIn(p.SecretFile); err != nil {
		return err
	}
	if p.PublicFile != "" {
		key, err := pemIn(p.PublicFile, x509.ParsePKIXPublicKey)
		if err != nil {
			return err
		}
		if s.PlatformKey, ok = key.(*rsa.PublicKey); !ok {
			return fmt.Errorf("%s is no RSA key", p.PublicFile)
		}
	}
	c.WeChatPay = s
	return nil
}

// pemIn reads the key in a PEM file.
func pemIn(file string, parse func([]byte) (any, error)) (any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is no PEM file", file)
	}
	key, err := parse(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return key, nil
}
