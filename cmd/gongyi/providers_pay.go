package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"gongyi/internal/app"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/notify"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/alipay"
	"gongyi/internal/platform/pay/wechatpay"
)

// payments are the accounts of the house with licensed payment providers (D6).
type payments struct {
	WeChat   weChatPay `embed:"" prefix:"wechatpay-"`
	Alipay   aliPay    `embed:"" prefix:"alipay-"`
	Practise bool      `help:"Take payments through a sandbox in this program: no money moves." env:"GONGYI_PRACTISE_PAYMENTS" name:"practise-payments" group:"Payments"`
}

// weChatPay is the account with WeChat Pay. Keys and secrets stand in files.
type weChatPay struct {
	Merchant    string `help:"Number of the merchant, of the partner in partner mode; switches WeChat Pay on." env:"GONGYI_WECHATPAY_MERCHANT" placeholder:"MCHID" group:"Payments"`
	App         string `help:"App id that is bound to it." env:"GONGYI_WECHATPAY_APP" placeholder:"APPID" group:"Payments"`
	Serial      string `help:"Serial number of the merchant's certificate." env:"GONGYI_WECHATPAY_SERIAL" placeholder:"HEX" group:"Payments"`
	KeyFile     string `help:"File with the merchant's private key (apiclient_key.pem)." env:"GONGYI_WECHATPAY_KEY_FILE" type:"existingfile" group:"Payments"`
	SecretFile  string `help:"File with the APIv3 key." env:"GONGYI_WECHATPAY_SECRET_FILE" type:"existingfile" group:"Payments"`
	PublicKeyID string `help:"Id of WeChat Pay's public key; without it its certificates are fetched." env:"GONGYI_WECHATPAY_PUBLIC_KEY_ID" name:"public-key-id" placeholder:"PUB_KEY_ID_…" group:"Payments"`
	PublicKey   string `help:"File with this key (pub_key.pem)." env:"GONGYI_WECHATPAY_PUBLIC_KEY_FILE" name:"public-key-file" type:"existingfile" group:"Payments"`
	Notify      string `help:"Address to which WeChat Pay sends its messages: https, without a query." env:"GONGYI_WECHATPAY_NOTIFY" placeholder:"URL" group:"Payments"`
	Scene       string `help:"Scene that was granted for transfers to people; without one there are none." env:"GONGYI_WECHATPAY_TRANSFER_SCENE" name:"transfer-scene" placeholder:"ID" group:"Payments"`
	Report      string `help:"JSON: what WeChat wants to know of transfers of this scene: [{\"info_type\": …, \"info_content\": …}]." env:"GONGYI_WECHATPAY_TRANSFER_REPORT" name:"transfer-report" placeholder:"JSON" group:"Payments"`
	MiniSecret  string `help:"File with the secret of the app, if it is a mini program: pickups are reported then." env:"GONGYI_WECHATPAY_MINI_SECRET_FILE" name:"mini-secret-file" type:"existingfile" group:"Payments"`
	Base        string `help:"Where WeChat Pay answers, if not at its own address." env:"GONGYI_WECHATPAY_API" name:"api" placeholder:"URL" group:"Payments"`
	MiniBase    string `help:"Where WeChat answers for mini programs, if not at its own address." env:"GONGYI_WECHATPAY_MINI_API" name:"mini-api" placeholder:"URL" group:"Payments"`
}

// into puts what is set up into the configuration.
func (p *payments) into(c *app.Config) error {
	for _, account := range []interface{ provider() (pay.Provider, error) }{&p.WeChat, &p.Alipay} {
		provider, err := account.provider()
		if err != nil {
			return err
		}
		if provider != nil {
			c.Pay = append(c.Pay, provider)
		}
	}
	if c.Practice = p.Practise; c.Practice && len(c.Pay) > 0 {
		return errors.New("--practise-payments and an account with a provider exclude each other")
	}
	return nil
}

func (p *weChatPay) provider() (pay.Provider, error) {
	if p.Merchant == "" {
		if *p != (weChatPay{}) {
			return nil, errors.New("what begins with --wechatpay- needs --wechatpay-merchant")
		}
		return nil, nil
	}
	s := wechatpay.Settings{Merchant: p.Merchant, App: p.App, Serial: p.Serial, PlatformID: p.PublicKeyID, Notify: p.Notify, TransferScene: p.Scene}
	if p.KeyFile == "" || p.SecretFile == "" {
		return nil, errors.New("--wechatpay-merchant needs --wechatpay-key-file and --wechatpay-secret-file")
	}
	var err error
	if s.Key, err = keyIn(p.KeyFile, pay.ParsePrivateKey); err != nil {
		return nil, err
	}
	if s.Secret, err = secretIn(p.SecretFile); err != nil {
		return nil, err
	}
	if p.PublicKey != "" {
		if s.PlatformKey, err = keyIn(p.PublicKey, pay.ParsePublicKey); err != nil {
			return nil, err
		}
	}
	if p.Report != "" {
		if err := json.Unmarshal([]byte(p.Report), &s.TransferReport); err != nil {
			return nil, fmt.Errorf("--wechatpay-transfer-report: %w", err)
		}
	}
	if p.MiniSecret != "" {
		secret, err := secretIn(p.MiniSecret)
		if err != nil {
			return nil, err
		}
		s.Token = (&notify.WeChatClient{Base: p.MiniBase, AppID: p.App, Secret: secret, Mini: true, Clock: clock.System{}}).Access
	}
	return wechatpay.New(s, wechatpay.Options{Base: p.Base, API: p.MiniBase})
}

// aliPay is the account with Alipay.
type aliPay struct {
	App       string `help:"App id with Alipay; switches Alipay on." env:"GONGYI_ALIPAY_APP" placeholder:"APPID" group:"Payments"`
	Seller    string `help:"Number of the house's own account (2088…)." env:"GONGYI_ALIPAY_SELLER" placeholder:"PID" group:"Payments"`
	KeyFile   string `help:"File with the app's private key." env:"GONGYI_ALIPAY_KEY_FILE" type:"existingfile" group:"Payments"`
	PublicKey string `help:"File with Alipay's public key." env:"GONGYI_ALIPAY_PUBLIC_KEY_FILE" name:"public-key-file" type:"existingfile" group:"Payments"`
	AppCert   string `help:"File with the app's certificate; without it nothing is transferred." env:"GONGYI_ALIPAY_APP_CERT_FILE" name:"app-cert-file" type:"existingfile" group:"Payments"`
	RootCert  string `help:"File with Alipay's root certificates." env:"GONGYI_ALIPAY_ROOT_CERT_FILE" name:"root-cert-file" type:"existingfile" group:"Payments"`
	Notify    string `help:"Address to which Alipay sends its messages." env:"GONGYI_ALIPAY_NOTIFY" placeholder:"URL" group:"Payments"`
	Gateway   string `help:"Where Alipay answers, if not at its own address." env:"GONGYI_ALIPAY_GATEWAY" placeholder:"URL" group:"Payments"`
}

func (p *aliPay) provider() (pay.Provider, error) {
	if p.App == "" {
		if *p != (aliPay{}) {
			return nil, errors.New("what begins with --alipay- needs --alipay-app")
		}
		return nil, nil
	}
	if p.KeyFile == "" || p.PublicKey == "" {
		return nil, errors.New("--alipay-app needs --alipay-key-file and --alipay-public-key-file")
	}
	s := alipay.Settings{App: p.App, Seller: p.Seller, Notify: p.Notify}
	var err error
	if s.Key, err = keyIn(p.KeyFile, pay.ParsePrivateKey); err != nil {
		return nil, err
	}
	if s.Alipay, err = keyIn(p.PublicKey, pay.ParsePublicKey); err != nil {
		return nil, err
	}
	if p.AppCert != "" {
		if s.AppCert, err = keyIn(p.AppCert, alipay.CertNumber); err != nil {
			return nil, err
		}
	}
	if p.RootCert != "" {
		if s.RootCert, err = keyIn(p.RootCert, alipay.CertNumber); err != nil {
			return nil, err
		}
	}
	return alipay.New(s, alipay.Options{Gateway: p.Gateway})
}

// keyIn reads a file that holds a key or a certificate.
func keyIn[T any](file string, parse func(text []byte) (T, error)) (key T, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return key, err
	}
	if key, err = parse(text); err != nil {
		err = fmt.Errorf("%s: %w", file, err)
	}
	return key, err
}
