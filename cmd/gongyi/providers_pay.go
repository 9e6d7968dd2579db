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
	"gongyi/internal/platform/pay/wechatpay"
)

// payments are the accounts of the house with licensed payment providers (D6).
type payments struct {
	WeChat   weChatPay `embed:"" prefix:"wechatpay-"`
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
	provider, err := p.WeChat.provider()
	if err != nil {
		return err
	}
	if provider != nil {
		c.Pay = append(c.Pay, provider)
	}
	if c.Practice = p.Practise; c.Practice && provider != nil {
		return errors.New("--practise-payments and --wechatpay-merchant exclude each other")
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
	text, err := os.ReadFile(p.KeyFile)
	if err != nil {
		return nil, err
	}
	if s.Key, err = wechatpay.ParsePrivateKey(text); err != nil {
		return nil, fmt.Errorf("%s: %w", p.KeyFile, err)
	}
	if s.Secret, err = secretIn(p.SecretFile); err != nil {
		return nil, err
	}
	if p.PublicKey != "" {
		if text, err = os.ReadFile(p.PublicKey); err != nil {
			return nil, err
		}
		if s.PlatformKey, err = wechatpay.ParsePublicKey(text); err != nil {
			return nil, fmt.Errorf("%s: %w", p.PublicKey, err)
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
