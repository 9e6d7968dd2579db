package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"gongyi/internal/app"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/notify"
	"gongyi/internal/platform/wechat"
)

// providers are the services outside that carry messages and say who somebody is.
// Secrets stand in files, where no list of processes shows them.
type providers struct {
	SMSURL     string   `help:"Provider of text messages, taking a signed JSON POST (docs/operations.md)." env:"GONGYI_SMS_URL" name:"sms-url" placeholder:"URL" group:"Outside services"`
	SMSSecret  string   `help:"File with the secret shared with it." env:"GONGYI_SMS_SECRET_FILE" name:"sms-secret-file" type:"existingfile" group:"Outside services"`
	SMSSign    string   `help:"Signature before a text, if the provider does not add it." env:"GONGYI_SMS_SIGN" name:"sms-sign" group:"Outside services"`
	Account    string   `help:"App id of the WeChat official account, for pages open in WeChat." env:"GONGYI_WECHAT_ACCOUNT" name:"wechat-account" placeholder:"APPID" group:"Outside services"`
	AccountKey string   `help:"File with its secret." env:"GONGYI_WECHAT_ACCOUNT_SECRET_FILE" name:"wechat-account-secret-file" type:"existingfile" group:"Outside services"`
	Site       string   `help:"App id of the site at WeChat's open platform, for pages open elsewhere." env:"GONGYI_WECHAT_SITE" name:"wechat-site" placeholder:"APPID" group:"Outside services"`
	SiteKey    string   `help:"File with its secret." env:"GONGYI_WECHAT_SITE_SECRET_FILE" name:"wechat-site-secret-file" type:"existingfile" group:"Outside services"`
	WeChatOpen string   `help:"Where WeChat asks people, if not at its own address." env:"GONGYI_WECHAT_OPEN" name:"wechat-open" placeholder:"URL" group:"Outside services"`
	Cards      string   `help:"JSON: which template of the account carries which kind of notice (docs/operations.md)." env:"GONGYI_WECHAT_CARDS" name:"wechat-cards" placeholder:"JSON" group:"Outside services"`
	Push       string   `help:"How push services reach the operator, a mail or https address; switches web push on." env:"GONGYI_PUSH_CONTACT" name:"push-contact" placeholder:"ADDRESS" group:"Outside services"`
	Payments   payments `embed:""`
	WeChatAPI  string   `help:"Where WeChat answers programs, if not at its own address." env:"GONGYI_WECHAT_API" name:"wechat-api" placeholder:"URL" group:"Outside services"`
}

// into puts what is set up into the configuration.
func (p *providers) into(c *app.Config) error {
	if (p.SMSURL == "") != (p.SMSSecret == "") {
		return errors.New("--sms-url and --sms-secret-file go together")
	}
	if p.SMSURL != "" {
		if u, err := url.Parse(p.SMSURL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return fmt.Errorf("--sms-url %s is no address", p.SMSURL)
		}
		secret, err := secretIn(p.SMSSecret)
		if err != nil {
			return err
		}
		c.SMS = &notify.HTTPSMS{URL: p.SMSURL, Secret: []byte(secret), Sign: p.SMSSign, Clock: clock.System{}}
	}
	account, err := weChatApp("account", p.Account, p.AccountKey)
	if err != nil {
		return err
	}
	site, err := weChatApp("site", p.Site, p.SiteKey)
	if err != nil {
		return err
	}
	c.Outside.PushContact = p.Push
	if p.Cards != "" {
		if account.ID == "" {
			return errors.New("--wechat-cards needs --wechat-account")
		}
		c.Outside.WeChatBase, c.Outside.WeChatApp, c.Outside.WeChatSecret, c.Outside.WeChatCards = p.WeChatAPI, account.ID, account.Secret, p.Cards
	}
	if account.ID != "" || site.ID != "" {
		c.WeChat = &wechat.Client{Account: account, Site: site, Open: p.WeChatOpen, API: p.WeChatAPI}
	}
	return p.Payments.into(c)
}

func weChatApp(name, id, file string) (a wechat.App, err error) {
	if (id == "") != (file == "") {
		return a, fmt.Errorf("--wechat-%s and --wechat-%s-secret-file go together", name, name)
	}
	if id != "" {
		a.ID = id
		a.Secret, err = secretIn(file)
	}
	return a, err
}

// secretIn is the secret that a file holds on its one line.
func secretIn(file string) (string, error) {
	text, err := os.ReadFile(file)
	secret := strings.TrimSpace(string(text))
	if err == nil && secret == "" {
		err = fmt.Errorf("%s holds no secret", file)
	}
	return secret, err
}
