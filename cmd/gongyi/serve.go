package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"gongyi/internal/app"
	"gongyi/internal/demo"
)

type serveCmd struct {
	Addr      string   `help:"HOST:PORT to listen on." default:"127.0.0.1:8080" env:"GONGYI_ADDR"`
	TLSCert   string   `help:"Certificate file (PEM)." env:"GONGYI_TLS_CERT" name:"tls-cert" type:"existingfile"`
	TLSKey    string   `help:"Key file (PEM)." env:"GONGYI_TLS_KEY" name:"tls-key" type:"existingfile"`
	Trusted   []string `help:"Addresses or networks of proxies whose X-Forwarded-For is believed." env:"GONGYI_TRUSTED_PROXIES" name:"trusted-proxy" placeholder:"CIDR"`
	URL       string   `help:"How people reach this server, for codes and links: https://books.example.cn" env:"GONGYI_URL" name:"url"`
	Passkeys  bool     `help:"Staff (operator, finance, specialist, officer …) change things only when signed in with a passkey." default:"true" negatable:"" env:"GONGYI_STAFF_PASSKEYS" name:"staff-passkeys"`
	Advertise string   `help:"URL under which other instances on the same database reach this one (default: where it listens)." env:"GONGYI_ADVERTISE" placeholder:"URL"`

	Providers providers `embed:""`
}

// Run serves until it is told to stop.
func (s *serveCmd) Run(ctx context.Context, c *cli) (err error) {
	options, err := s.options()
	if err != nil {
		return err
	}
	cfg := c.config()
	cfg.Create, cfg.Address, cfg.Passkeys = true, s.Advertise, s.Passkeys
	if err := s.Providers.into(&cfg); err != nil {
		return err
	}
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.Run(ctx, options)
}

func (s *serveCmd) options() (app.Serve, error) {
	o := app.Serve{Addr: s.Addr, URL: s.URL, CertFile: s.TLSCert, KeyFile: s.TLSKey, Ready: func(url string) { fmt.Println("ready", url) }}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return o, errors.New("--tls-cert and --tls-key go together")
	}
	for _, text := range s.Trusted {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			addr, err := netip.ParseAddr(text)
			if err != nil {
				return o, fmt.Errorf("--trusted-proxy %s is neither an address nor a network", text)
			}
			p = netip.PrefixFrom(addr, addr.BitLen())
		}
		o.Trusted = append(o.Trusted, p)
	}
	return o, nil
}

type demoCmd struct {
	Addr string `help:"HOST:PORT to listen on." default:"127.0.0.1:8080" env:"GONGYI_ADDR"`
}

// Run serves the demo neighbourhood. Without --data it lives in ./demo-data.
func (c *demoCmd) Run(ctx context.Context, all *cli) (err error) {
	cfg := all.config()
	if cfg.Data == "" && cfg.DatabaseURL == "" {
		cfg.Data = "demo-data"
	}
	cfg.Practice = true
	d, err := demo.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return d.Run(ctx, app.Serve{Addr: c.Addr, Ready: func(url string) {
		fmt.Println("ready", url)
		d.Welcome(url)
	}})
}

type migrateCmd struct {
	Distribute bool `help:"Spread the tables over a Citus cluster."`
}

// Run brings the schema up to date; opening for writing does it.
func (m *migrateCmd) Run(ctx context.Context, c *cli) (err error) {
	a, err := c.write(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if m.Distribute {
		if err := a.DB.Distribute(ctx, app.Schemas); err != nil {
			return err
		}
	}
	have, _, err := a.DB.Versions(ctx, app.Schemas)
	fmt.Println("schema", have)
	return err
}
