-- A data folder's database as the first schema wrote it. Never to be changed.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE artefact (
	run_id VARCHAR(40) NOT NULL, 
	kind VARCHAR(12) NOT NULL, 
	path TEXT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	bytes BIGINT NOT NULL, 
	PRIMARY KEY (run_id, kind), 
	FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
);
INSERT INTO "artefact" VALUES('run_01a20836f843c0220fd74d98','onnx','run_01a20836f843c0220fd74d98/model.onnx','0000000000000000000000000000000000000000000000000000000000000000',10);
CREATE TABLE epoch (
	run_id VARCHAR(40) NOT NULL, 
	epoch INTEGER NOT NULL, 
	loss DOUBLE, 
	accuracy DOUBLE, 
	mse DOUBLE, 
	val_loss DOUBLE, 
	val_accuracy DOUBLE, 
	val_mse DOUBLE, 
	learning_rate DOUBLE, 
	seconds DOUBLE, 
	PRIMARY KEY (run_id, epoch), 
	FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
);
INSERT INTO "epoch" VALUES('run_01a20836f843c0220fd74d98',1,1.0,NULL,NULL,NULL,0.9,NULL,NULL,NULL);
INSERT INTO "epoch" VALUES('run_01a20836f843c0220fd74d98',2,0.5,NULL,NULL,NULL,0.9,NULL,NULL,NULL);
INSERT INTO "epoch" VALUES('run_01a20836f843c0220fd74d98',3,3.33333333333333314829e-01,NULL,NULL,NULL,0.9,NULL,NULL,NULL);
CREATE TABLE event (
	id BIGINT NOT NULL, 
	experiment_id VARCHAR(40) NOT NULL, 
	seq INTEGER NOT NULL, 
	type VARCHAR(40) NOT NULL, 
	created_at DOUBLE NOT NULL, 
	data JSON NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (experiment_id, seq), 
	FOREIGN KEY(experiment_id) REFERENCES experiment (id) ON DELETE CASCADE
);
INSERT INTO "event" VALUES(1,'exp_01a20836f84282f1f51e3b40',1,'experiment.queued',1.79543414995801901812e+09,'{"status": "queued"}');
INSERT INTO "event" VALUES(2,'exp_01a20836f84282f1f51e3b40',2,'experiment.running',1.79543414996501946448e+09,'{"status": "running"}');
INSERT INTO "event" VALUES(3,'exp_01a20836f84282f1f51e3b40',3,'run.running',1.79543414996501946448e+09,'{"run_id": "run_01a20836f843c0220fd74d98", "cell": 0, "repetition": 0, "config": {"learning_rate": 0.1}, "attempt": 1, "epoch": 0, "epochs_total": 3}');
INSERT INTO "event" VALUES(4,'exp_01a20836f84282f1f51e3b40',4,'run.epochs',1.79543414996799683574e+09,'{"run_id": "run_01a20836f843c0220fd74d98", "epochs": [{"epoch": 1, "loss": 1.0, "accuracy": null, "mse": null, "val_loss": null, "val_accuracy": 0.9, "val_mse": null, "learning_rate": null, "seconds": null}, {"epoch": 2, "loss": 0.5, "accuracy": null, "mse": null, "val_loss": null, "val_accuracy": 0.9, "val_mse": null, "learning_rate": null, "seconds": null}, {"epoch": 3, "loss": 0.3333333333333333, "accuracy": null, "mse": null, "val_loss": null, "val_accuracy": 0.9, "val_mse": null, "learning_rate": null, "seconds": null}]}');
INSERT INTO "event" VALUES(5,'exp_01a20836f84282f1f51e3b40',5,'run.succeeded',1.79543414997000837325e+09,'{"run_id": "run_01a20836f843c0220fd74d98", "verdict": {"name": "trained", "reason": "it learnt", "evidence": {}}, "final": {"loss": 0.3, "val_loss": 0.4, "val_accuracy": 0.9, "test_accuracy": 0.8}}');
INSERT INTO "event" VALUES(6,'exp_01a20836f84282f1f51e3b40',6,'experiment.succeeded',1.79543414997298574446e+09,'{"status": "succeeded"}');
CREATE TABLE event_clock (
	id INTEGER NOT NULL, 
	last_event BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "event_clock" VALUES(1,6);
CREATE TABLE experiment (
	id VARCHAR(40) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	dataset VARCHAR(40) NOT NULL, 
	status VARCHAR(12) NOT NULL, 
	spec JSON NOT NULL, 
	idempotency_key VARCHAR(255), 
	created_at DOUBLE NOT NULL, 
	started_at DOUBLE, 
	finished_at DOUBLE, 
	event_seq INTEGER NOT NULL, 
	kept_run_id VARCHAR(40), 
	kept_cell INTEGER, 
	kept_figure VARCHAR(40), 
	kept_value DOUBLE, 
	kept_rank DOUBLE, 
	error TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (idempotency_key)
);
INSERT INTO "experiment" VALUES('exp_01a20836f84282f1f51e3b40','kept since the first day','mnist','succeeded','{"name": "kept since the first day", "dataset": "mnist", "network": {"hidden_layers": [100], "activation": "relu"}, "training": {"optimizer": {"name": "sgd", "momentum": 0.0, "nesterov": false}, "learning_rates": [0.1], "batch_size": 8, "epochs": 3}, "repetitions": 1, "seed": 0, "split": {"seed": 0}, "scaling": "train"}',NULL,1.79543414995500135418e+09,1.79543414996401357649e+09,1.79543414997202014924e+09,6,'run_01a20836f843c0220fd74d98',0,'val_accuracy',0.9,0.9,NULL);
CREATE TABLE run (
	id VARCHAR(40) NOT NULL, 
	experiment_id VARCHAR(40) NOT NULL, 
	cell INTEGER NOT NULL, 
	repetition INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	config JSON NOT NULL, 
	seed BIGINT NOT NULL, 
	status VARCHAR(12) NOT NULL, 
	attempt INTEGER NOT NULL, 
	lost_attempts INTEGER NOT NULL, 
	lease_until DOUBLE, 
	worker VARCHAR(200), 
	epoch INTEGER NOT NULL, 
	epochs_total INTEGER NOT NULL, 
	checkpoint_path TEXT, 
	checkpoint_sha256 VARCHAR(64), 
	verdict JSON, 
	final JSON, 
	error TEXT, 
	started_at DOUBLE, 
	finished_at DOUBLE, 
	PRIMARY KEY (id), 
	UNIQUE (experiment_id, cell, repetition), 
	FOREIGN KEY(experiment_id) REFERENCES experiment (id) ON DELETE CASCADE
);
INSERT INTO "run" VALUES('run_01a20836f843c0220fd74d98','exp_01a20836f84282f1f51e3b40',0,0,0,'{"learning_rate": 0.1}',1286656552236609,'succeeded',1,0,NULL,'a worker',3,3,NULL,NULL,'{"name": "trained", "reason": "it learnt", "evidence": {}}','{"loss": 0.3, "val_loss": 0.4, "val_accuracy": 0.9, "test_accuracy": 0.8}',NULL,1.79543414996401357649e+09,1.79543414996900272369e+09);
CREATE INDEX experiment_by_status ON experiment (status, id);
CREATE INDEX experiment_by_dataset ON experiment (dataset, id);
CREATE INDEX experiment_by_rank ON experiment (dataset, kept_rank);
CREATE INDEX run_waiting ON run (status, experiment_id, position);
CREATE INDEX run_leased ON run (status, lease_until);
COMMIT;
